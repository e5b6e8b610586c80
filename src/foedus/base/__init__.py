# SPDX-License-Identifier: Apache-2.0
"""What every stage shares: times, places, parties, evidence, encoding. It knows no stage."""
