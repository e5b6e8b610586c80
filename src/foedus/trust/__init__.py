# SPDX-License-Identifier: Apache-2.0
"""Acts that people sign, the log that none can rewrite, and proofs that anybody can check."""
