# SPDX-License-Identifier: Apache-2.0
"""What was agreed: literate documents read into terms, each under its article, and checked."""
