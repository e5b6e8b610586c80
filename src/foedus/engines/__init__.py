# SPDX-License-Identifier: Apache-2.0
"""Where bulk kernels run; an engine knows no stage."""
