"""The optional language-model stage of the tagger, off unless an endpoint is configured.

Documents go to the configured endpoint and nowhere else. Nothing of what comes back is believed as it stands: a tag
counts only if its quote stands in the document.
"""

from nlp.llm.client import ChatClient
from nlp.llm.settings import LanguageModelSettings
from nlp.llm.stage import LanguageModelResult, apply_language_model

__all__ = ["ChatClient", "LanguageModelResult", "LanguageModelSettings", "apply_language_model"]
