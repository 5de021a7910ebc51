"""What people read of a link, in the languages that they read."""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from twinbase_server.passwords import LETTERS_MIN, SENTENCES

LinkLanguage: TypeAlias = Literal["en", "fr"]
WORDS: Mapping[LinkLanguage, Mapping[str, str]] = {
    "en": {
        "title": "Choose a password",
        "intro": "Choose the password that you will sign in with.",
        "code": "Code",
        "code_hint": "Open the link of your mail once more, or paste it here, with all that follows #.",
        "password": "Password",
        "repeated": "The same again",
        "hint": f"{LETTERS_MIN} letters or more. Several words that do not belong together are good, and easy to keep.",
        "button": "Set the password",
        "done_title": "Your password is set",
        "done": "You may sign in now, in the app, as",
        "close": "You may close this page.",
        "gone_title": "This link is no good any more",
        "gone": "It was used already, or has ended, or is not all there. If you have just set your password, sign in "
        "with it. Else ask whoever sent you the link for another one.",
        "wait": "Too many tries came from your network. Wait a little, then try again.",
        "later": "That did not work just now. Nothing was changed. Try again in a moment.",
        "different": "The two passwords are not the same.",
        **{str(fault): sentence for fault, sentence in SENTENCES.items()},
        "invite_subject": "Your account at {host}",
        "invite_text": "an account for you is ready. Choose a password, and you may sign in:",
        "admin_subject": "You administer {host}",
        "admin_text": "you are to administer the server {host}. Choose a password, and you may sign in:",
        "reset_subject": "Another password for {host}",
        "reset_text": "here you choose another password for your account. Until you do, the old one goes on:",
        "hello": "Hello",
        "mail_end": "The link is good once, until {ends}. If you did not expect it, leave it alone.",
    },
    "fr": {
        "title": "Choisissez un mot de passe",
        "intro": "Choisissez le mot de passe avec lequel vous vous connecterez.",
        "code": "Code",
        "code_hint": "Ouvrez de nouveau le lien reçu par e-mail, ou collez-le ici, avec tout ce qui suit le #.",
        "password": "Mot de passe",
        "repeated": "Le même, encore une fois",
        "hint": f"Au moins {LETTERS_MIN} caractères. Plusieurs mots sans rapport entre eux conviennent bien, et se "
        "retiennent.",
        "button": "Enregistrer",
        "done_title": "Votre mot de passe est enregistré",
        "done": "Vous pouvez maintenant vous connecter dans l'application :",
        "close": "Vous pouvez fermer cette page.",
        "gone_title": "Ce lien n'est plus valable",
        "gone": "Il a déjà servi, il a expiré ou il est incomplet. Si vous venez d'enregistrer votre mot de passe, "
        "connectez-vous avec lui. Sinon, demandez un nouveau lien à la personne qui vous l'a envoyé.",
        "wait": "Trop d'essais sont venus de votre réseau. Attendez un peu, puis réessayez.",
        "later": "Cela n'a pas fonctionné. Rien n'a été modifié. Réessayez dans un instant.",
        "different": "Les deux mots de passe ne sont pas identiques.",
        "short": f"Il compte moins de {LETTERS_MIN} caractères. Prenez plusieurs mots, avec des espaces au besoin.",
        "long": "Il est trop long.",
        "unreadable": "Il contient un caractère incomplet, qu'aucun clavier ne produit.",
        "known": "Il se devine vite : il figure dans des listes connues, ou vient de votre nom. Prenez plusieurs mots "
        "sans rapport entre eux.",
        "invite_subject": "Votre compte sur {host}",
        "invite_text": "un compte est prêt pour vous. Choisissez un mot de passe pour pouvoir vous connecter :",
        "admin_subject": "Vous administrez {host}",
        "admin_text": "vous allez administrer le serveur {host}. Choisissez un mot de passe pour vous connecter :",
        "reset_subject": "Un nouveau mot de passe pour {host}",
        "reset_text": "choisissez ici un nouveau mot de passe. D'ici là, l'ancien reste valable :",
        "hello": "Bonjour",
        "mail_end": "Le lien sert une seule fois, jusqu'au {ends}. Si vous ne l'attendiez pas, ne l'ouvrez pas.",
    },
}


def choose_language(accepted: str) -> LinkLanguage:
    """The one that a browser likes best of ours (header Accept-LinkLanguage); English when it likes none."""
    liked: dict[LinkLanguage, float] = {"en": 0.0, "fr": 0.0}
    for part in accepted[:500].lower().split(","):
        tag, _, quality = part.partition(";")
        for language in liked:
            if language == tag.strip().partition("-")[0]:
                liked[language] = max(liked[language], _read_quality(quality))
    return "fr" if liked["fr"] > liked["en"] else "en"


def _read_quality(text: str) -> float:
    found = re.fullmatch(r"\s*q=([01](?:\.\d{1,3})?)\s*", text)
    return float(found[1]) if found else 1.0
