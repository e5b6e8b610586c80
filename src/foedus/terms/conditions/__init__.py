# SPDX-License-Identifier: Apache-2.0
"""Conditions: a small total language of metric time over what is on record."""
