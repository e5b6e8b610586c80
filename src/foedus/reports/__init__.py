# SPDX-License-Identifier: Apache-2.0
"""What sources say: reading files of any layout into reports, articles and refusals."""
