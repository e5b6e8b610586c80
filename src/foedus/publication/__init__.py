# SPDX-License-Identifier: Apache-2.0
"""What people see of a run: published tables, the bulletin, and answers to questions."""
