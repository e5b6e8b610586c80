# SPDX-License-Identifier: Apache-2.0
"""The public web: read-only pages and the same answers as data, at the same addresses."""
