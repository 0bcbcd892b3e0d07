/** What the pages say; words in braces are filled in. */
export interface Messages {
  readonly consentTitle: string
  readonly consentLead: string
  readonly consentNothing: string
  readonly consentResource: string
  readonly consentAccount: string
  readonly consentSwitch: string
  readonly consentVerified: string
  readonly consentUnverified: string
  readonly consentRedirect: string
  readonly consentLocal: string
  readonly consentLifetime: string
  readonly approve: string
  readonly cancel: string
  readonly loginTitle: string
  readonly loginLead: string
  readonly login: string
  readonly errorTitle: string
  readonly errorLead: string
  readonly errorCode: string
  readonly errorReturn: string
  readonly logoutTitle: string
  readonly logoutLead: string
  readonly logoutAsked: string
  readonly logout: string
  readonly loggedOutTitle: string
  readonly loggedOutLead: string
  readonly appsTitle: string
  readonly appsNone: string
  readonly appsSince: string
  readonly appsRevoke: string
  readonly appsRevokeNamed: string
  readonly formPostTitle: string
  readonly formPostLead: string
  readonly formPostContinue: string
}

/** The pages in English. */
const english: Messages = {
  consentTitle: 'Allow {client} to use your account?',
  consentLead: '{client} wants to:',
  consentNothing: 'Know who you are, and nothing else',
  consentResource: 'At: {resources}',
  consentAccount: 'You are signed in as {account}.',
  consentSwitch: 'Use another account',
  consentVerified: 'Registered by the operator of this server',
  consentUnverified: 'Not verified: anybody can register under this name',
  consentRedirect: 'Afterwards you are sent to {host}',
  consentLocal:
    'The answer goes to a program on your own device. Go on only if you have just started it.',
  consentLifetime: 'This stays allowed until you take it back.',
  approve: 'Allow',
  cancel: 'Cancel',
  loginTitle: 'Sign in to continue',
  loginLead: '{client} asks you to sign in.',
  login: 'Sign in',
  errorTitle: 'This did not work',
  errorLead: 'The application that sent you here made a request that cannot be answered.',
  errorCode: 'For its developers: {error}',
  errorReturn: 'Return to {host}',
  logoutTitle: 'Sign out?',
  logoutLead: 'You can stay signed in by closing this page.',
  logoutAsked: '{client} asks to sign you out. You can stay signed in by closing this page.',
  logout: 'Sign out',
  loggedOutTitle: 'You are signed out',
  loggedOutLead: 'You can close this page.',
  appsTitle: 'Applications with access to your account',
  appsNone: 'You have allowed nothing to any application.',
  appsSince: 'Allowed on {date}',
  appsRevoke: 'Remove access',
  appsRevokeNamed: 'Remove access of {client}',
  formPostTitle: 'One moment',
  formPostLead: 'You are being sent back to the application.',
  formPostContinue: 'Continue',
}

/** Fills words into a message. */
export function fill(message: string, words: Readonly<Record<string, string>>): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => words[name] as string)
}

/**
 * Picks the language of a page.
 *
 * @param tables What the application translated, by language tag.
 * @param wanted Language tags, the most wanted first.
 */
export function pickMessages(
  tables: ReadonlyMap<string, Partial<Messages>>,
  wanted: readonly string[],
): { readonly lang: string; readonly messages: Messages } {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] as string
    for (const lang of [tag.toLowerCase(), language]) {
      const table = tables.get(lang)
      if (table !== undefined) return { lang, messages: { ...english, ...table } }
    }
    if (language === 'en') break
  }
  return { lang: 'en', messages: { ...english, ...tables.get('en') } }
}

/** The language tags of an `Accept-Language` field, in their order. */
export function acceptedLanguages(field: string | undefined): string[] {
  return (field ?? '')
    .split(',')
    .slice(0, 10)
    .map((one) => (one.split(';')[0] as string).trim())
}
