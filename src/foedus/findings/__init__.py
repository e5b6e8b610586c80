# SPDX-License-Identifier: Apache-2.0
"""What is indicated against which article, and what cannot be said and why; people decide."""
