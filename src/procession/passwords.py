"""Which passwords may be (NIST SP 800-63B §5.1.1.2).

Rule: length counts, not what a password is made of. Refused are those that a guesser tries first:
the commonest ones, those that hold the user's name, and those of hardly any different characters.
"""

from itertools import pairwise
from unicodedata import category, normalize

from procession.errors import BadValue

PASSWORD_LENGTH_MAX = 1_000
NAME_LENGTH_MIN = 3
DIFFERENT_MIN = 4

_COMMON_TEXT = """
password password1 password12 password123 password1234 password! passw0rd p@ssw0rd p@ssword
pa$$word mypassword newpassword changeme changeme1 changeme123 letmein1 letmein123 welcome1
welcome12 welcome123 welcome1234 administrator adminadmin admin123 admin1234 admin12345
supervisor supervisor1 supervisor123 rootroot root1234 test1234 testtest testing123 guest123
qwertyui qwertyuiop qwerty123 qwerty1234 qwerty12345 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc
zaq12wsx qazwsxedc zxcvbnm1 zxcvbnm123 asdfghjk asdfghjkl asdf1234 qweasdzxc q1w2e3r4 q1w2e3r4t5
a1b2c3d4 abcd1234 abc12345 abcdef123 aa123456 a1234567 123456789a 1234qwer 12341234 11223344
123123123 147258369 987654321 87654321 0987654321 123654789 123qweasd 12345qwert iloveyou
iloveyou1 iloveyou2 sunshine sunshine1 princess princess1 football football1 baseball
baseball1 superman superman1 batman123 starwars pokemon1 michael1 jennifer jessica1 charlie1
jordan23 liverpool chelsea1 computer computer1 internet whatever trustno1 dragon123 master123
monkey123 shadow123 killer123 freedom1 secret123 secret12 default1 temppass temp1234 summer2024
summer2025 winter2024 winter2025 spring2024 spring2025 autumn2024 autumn2025 corvette mercedes
samsung1 blink182 einstein passport hello123 hello1234 goodluck loveme123 procession procession1
procession123 creatio123 creatio1
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def checked_password(name: str, password: str, *, length_min: int) -> str:
    """The password itself, if that user may have it. Raises BadValue."""
    if len(password) < length_min:
        raise BadValue(f"the password of {name} is too short; it needs {length_min} characters")
    if len(password) > PASSWORD_LENGTH_MAX or not printable(password):
        raise BadValue(
            f"the password of {name} cannot be used; up to {PASSWORD_LENGTH_MAX} characters,"
            " no control characters"
        )
    if reason := _guessable(_plain(name), _plain(password)):
        raise BadValue(f"the password of {name} {reason}; several words that you think of are good")
    return password


def _guessable(name: str, password: str) -> str:
    if len(name) >= NAME_LENGTH_MIN and name in password:
        return "holds the user's name"
    if password in _COMMON or _is_sequence(password):
        return "is among those that are guessed first"
    if len(set(password)) < DIFFERENT_MIN:
        return "has hardly any different characters"
    return ""


def _is_sequence(password: str) -> bool:
    """Such as 12345678 or hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return steps in ({1}, {-1})


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold()


def printable(text: str) -> bool:
    return all(category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in text)
