# SPDX-License-Identifier: Apache-2.0
"""Tests of findings: situations, laws, and counts against a script that shares no code."""
