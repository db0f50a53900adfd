/** The server refuses anything shorter. */
export const minPasswordLength = 12;

export type Strength = {
  /** 0 is refused, 1 weak, 2 fair, 3 strong. */
  score: 0 | 1 | 2 | 3;
  label: string;
  hint: string;
};

/**
 * A rough guess at how well a password stands up, as a hint while typing. Only
 * length is a rule. `personal` are words that the user typed elsewhere in the
 * form; a password that contains one is weak.
 */
export function passwordStrength(password: string, personal: string[] = []): Strength {
  const missing = minPasswordLength - Array.from(password).length;
  if (missing > 0) {
    return {
      score: 0,
      label: "Too short",
      hint: `${missing} more ${missing === 1 ? "character" : "characters"} needed`,
    };
  }
  const lower = password.toLowerCase();
  if (personal.some((text) => wordsOf(text).some((word) => lower.includes(word)))) {
    return { score: 1, label: "Weak", hint: "It contains your name, e-mail or organisation" };
  }
  if (new Set(lower).size < 6) {
    return { score: 1, label: "Weak", hint: "It repeats the same few characters" };
  }
  if (/password|qwert|12345|letmein|abcdef|passwort/.test(lower)) {
    return { score: 1, label: "Weak", hint: "It contains a sequence that everyone tries first" };
  }
  if (password.length >= 18 || (password.length >= 14 && characterKinds(password) >= 3)) {
    return { score: 3, label: "Strong", hint: "Long and varied" };
  }
  return { score: 2, label: "Fair", hint: "A few more words make it strong" };
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= 4);
}

function characterKinds(password: string): number {
  return [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(password)).length;
}

/** Why the server would refuse the password, or nothing. */
export function passwordProblem(password: string): string | undefined {
  const strength = passwordStrength(password);
  if (password === "") return `Choose a password of at least ${minPasswordLength} characters`;
  return strength.score === 0 ? `The password is too short: ${strength.hint}` : undefined;
}
