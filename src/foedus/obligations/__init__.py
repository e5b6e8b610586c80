# SPDX-License-Identifier: Apache-2.0
"""The stage of obligations: who owes what, to whom, by when, and whether it was done."""
