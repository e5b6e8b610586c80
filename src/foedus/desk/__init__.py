# SPDX-License-Identifier: Apache-2.0
"""What a desk works from: the docket, formal papers, a calendar of clocks, grounds, and a watch."""
