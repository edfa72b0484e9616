"""Who is who: candidates → evidence → clusters, over mentions (resolution) and over listings (screening)."""
