/** The variables a file may name; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>

export type Interpolated =
  | { readonly kind: 'text'; readonly text: string; readonly replaced: boolean }
  | { readonly kind: 'refused'; readonly message: string; readonly instead: string }

const reference = /\$\$\{|\$\{run\.[^}]*\}|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g

/**
 * Replaces `${NAME}` and `${NAME:-default}`; `$${` stands for a plain `${`. As in a shell, the default also serves when
 * the variable is empty. `${run.…}` stays as it is. A value from the environment is never part of a message: it may be a secret.
 */
export function interpolate(text: string, env: Environment): Interpolated {
  let refused: Interpolated | undefined
  const replaced = text.replaceAll(reference, (match, name: string | undefined, fallback: string | undefined) => {
    if (match === '$${') return '${'
    // The run's own values, which each request of a step fills in.
    if (match.startsWith('${run.')) return match
    if (name === undefined) {
      refused ??= {
        kind: 'refused',
        message: '"${" does not begin a variable',
        instead: 'write a name and "}" after it, or "$$" before a "{" that is meant',
      }
      return match
    }
    const value = env[name]
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value
    if (value !== undefined) return value
    refused ??= {
      kind: 'refused',
      message: `the environment variable ${name} is not set`,
      instead: `set it, or write "\${${name}:-default}"`,
    }
    return match
  })
  return refused ?? { kind: 'text', text: replaced, replaced: replaced !== text }
}
