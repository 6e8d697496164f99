"""The annual report of a partnership: counted once, written by people, and released by two (`heard.insight.release`)."""
