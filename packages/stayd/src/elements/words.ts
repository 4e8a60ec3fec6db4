/** What the elements say. Give others, or another language, to `defineElements`. */
export interface Words {
  /** Names of the regions, for those who do not see them. */
  warning: string;
  ended: string;
  sessions: string;
  connection: string;
  endsIn: (minutes: number) => string;
  stay: string;
  dismiss: string;
  stays: string;
  notMoved: string;
  hasEnded: string;
  signInAgain: string;
  email: string;
  password: string;
  signIn: string;
  wrong: string;
  noServer: string;
  failed: string;
  notFresh: string;
  loading: string;
  noList: string;
  thisDevice: string;
  unknownDevice: string;
  on: (browser: string, system: string) => string;
  since: (time: string) => string;
  end: string;
  endOf: (device: string) => string;
  endOthers: string;
  hasBeenEnded: string;
  othersEnded: string;
  retry: string;
  offline: string;
  unreachable: string;
  knownAt: (time: string) => string;
}

const en: Words = {
  warning: "Your session ends soon",
  ended: "Your session has ended",
  sessions: "Where you are signed in",
  connection: "Connection",
  endsIn: (minutes) => `Your session ends in ${minutes > 1 ? `${minutes} minutes` : "less than a minute"}.`,
  stay: "Stay signed in",
  dismiss: "Dismiss",
  stays: "You stay signed in.",
  notMoved: "The server does not move the end.",
  hasEnded: "Your session has ended. What is on this page stays.",
  signInAgain: "Sign in again",
  email: "E-mail",
  password: "Password",
  signIn: "Sign in",
  wrong: "E-mail or password is wrong.",
  noServer: "The server cannot be reached. Try again in a moment.",
  failed: "That did not work. Try again.",
  notFresh: "You signed in too long ago for this. Sign out and in again.",
  loading: "One moment ...",
  noList: "This server keeps no list.",
  thisDevice: "this device",
  unknownDevice: "Unknown device",
  on: (browser, system) => `${browser} on ${system}`,
  since: (time) => `since ${time}`,
  end: "End",
  endOf: (device) => `End the session: ${device}`,
  endOthers: "End all others",
  hasBeenEnded: "The session has been ended.",
  othersEnded: "All other sessions have been ended.",
  retry: "Try again",
  offline: "You are offline.",
  unreachable: "The server cannot be reached. You are not signed out.",
  knownAt: (time) => `You see what was known at ${time}. What you change has to wait.`,
};

const de: Words = {
  warning: "Ihre Sitzung endet bald",
  ended: "Ihre Sitzung ist beendet",
  sessions: "Wo Sie angemeldet sind",
  connection: "Verbindung",
  endsIn: (minutes) => `Ihre Sitzung endet in ${minutes > 1 ? `${minutes} Minuten` : "weniger als einer Minute"}.`,
  stay: "Angemeldet bleiben",
  dismiss: "Schließen",
  stays: "Sie bleiben angemeldet.",
  notMoved: "Der Server verschiebt das Ende nicht.",
  hasEnded: "Ihre Sitzung ist beendet. Was auf dieser Seite steht, bleibt.",
  signInAgain: "Wieder anmelden",
  email: "E-Mail",
  password: "Passwort",
  signIn: "Anmelden",
  wrong: "E-Mail oder Passwort ist falsch.",
  noServer: "Der Server ist nicht erreichbar. Versuchen Sie es gleich noch einmal.",
  failed: "Das hat nicht geklappt. Versuchen Sie es noch einmal.",
  notFresh: "Dafür liegt Ihre Anmeldung zu lange zurück. Melden Sie sich ab und wieder an.",
  loading: "Einen Moment ...",
  noList: "Dieser Server führt keine Liste.",
  thisDevice: "dieses Gerät",
  unknownDevice: "Unbekanntes Gerät",
  on: (browser, system) => `${browser} auf ${system}`,
  since: (time) => `seit ${time}`,
  end: "Beenden",
  endOf: (device) => `Sitzung beenden: ${device}`,
  endOthers: "Alle anderen beenden",
  hasBeenEnded: "Die Sitzung ist beendet.",
  othersEnded: "Alle anderen Sitzungen sind beendet.",
  retry: "Noch einmal versuchen",
  offline: "Sie sind offline.",
  unreachable: "Der Server ist nicht erreichbar. Sie sind nicht abgemeldet.",
  knownAt: (time) => `Sie sehen den Stand von ${time}. Was Sie ändern, muss warten.`,
};

/** By language, as in a `lang` or its first part, in small letters. */
const WORDS: Record<string, Partial<Words>> = { en, de };

/** Other words for a language. A `lang` is the same in whatever letters (RFC 5646, 2.1.1). */
export function addWords(language: string, own: Partial<Words>): void {
  const tag = language.toLowerCase();
  WORDS[tag] = { ...WORDS[tag], ...own };
}

/** The words of a language; what `pt-BR` lacks is said as in `pt`, and what that lacks in English. */
export function wordsOf(language: string): Words {
  const tag = language.toLowerCase();
  return { ...en, ...WORDS[tag.split("-")[0]!], ...WORDS[tag] };
}
