# SPDX-License-Identifier: Apache-2.0
"""The stage of the guarantee: whether the treaty's case has arisen, and which clocks run."""
