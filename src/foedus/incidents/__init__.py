# SPDX-License-Identifier: Apache-2.0
"""Second stage: several accounts become one incident; disagreement is kept."""
