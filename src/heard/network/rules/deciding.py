"""Who may write what about people and what is around them. Each returns the sentence that the user reads, or None."""


def why_not_restrict(*, involved: bool, may_decide: bool, reason: str) -> str | None:
    if not involved:
        return "Only an agency that is involved with this child can restrict the record."
    if not may_decide:
        return "Ask a co-ordinator or supervisor to restrict the record."
    if not reason.strip():
        return "Say why the record is restricted."
    return None


def why_not_add(*, may_tell: bool, has_team: bool, given_name: str, family_name: str) -> str | None:
    if not may_tell:
        return "Your role does not let you add a child."
    if not has_team:
        return "You have no team yet. Ask your administrator to add you to one."
    if not (given_name.strip() or family_name.strip()):
        return "Give a name. One name is enough, or what the child is called."
    return None
