# SPDX-License-Identifier: Apache-2.0
"""Tests of agreements: good and faulty documents, their form, and when their terms bind."""
