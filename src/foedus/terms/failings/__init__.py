# SPDX-License-Identifier: Apache-2.0
"""The known failings of agreements, searched for in their terms."""
