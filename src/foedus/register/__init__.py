# SPDX-License-Identifier: Apache-2.0
"""Who is bound to what today, by which instrument, and by which consent of its own law."""
