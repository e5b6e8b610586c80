# SPDX-License-Identifier: Apache-2.0
"""An agreement run over a past record: what it finds there, and when its triggers fire."""
