# SPDX-License-Identifier: Apache-2.0
"""The stage of cases: where people decide whether there was a breach, and who answers for it."""
