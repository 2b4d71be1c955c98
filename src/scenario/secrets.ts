/** An account key is 64 bytes in base64: 86 characters and two signs of padding. */
const accountKey = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/
const connectionString = /AccountKey\s*=/i

/** True for a text that holds an account key or a connection string: it must not stand in a file, nor be printed. */
export const hidesSecret = (text: string): boolean => accountKey.test(text) || connectionString.test(text)

export const secretProblem = {
  message: 'a key or connection string stands here; secrets come from the environment or a file',
  instead:
    'take it out, renew it, and name where it is: keyFrom, keyFile or connectionStringFrom in the configuration file',
} as const
