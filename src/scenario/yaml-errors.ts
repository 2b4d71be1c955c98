import type { YAMLError } from 'yaml'

/** The YAML library's errors in the words of somebody who edits a file. Codes that are not here keep its own words. */
const wordings: Partial<Record<YAMLError['code'], { readonly message: string; readonly instead: string }>> = {
  BAD_ALIAS: { message: 'an alias without a name', instead: 'write "*name", or quote a text that begins with "*"' },
  BAD_DQ_ESCAPE: {
    message: 'an unknown escape in double quotes',
    instead: 'double the backslash or use single quotes',
  },
  BAD_INDENT: { message: 'the indentation does not fit', instead: 'align the line with its neighbours' },
  BAD_SCALAR_START: { message: 'a text may not begin with this character', instead: 'put the text in quotes' },
  BLOCK_AS_IMPLICIT_KEY: { message: 'two keys on one line', instead: 'begin a new line, or put the text in quotes' },
  BLOCK_IN_FLOW: { message: 'an indented block within braces', instead: 'write it in braces too, or without any' },
  MISSING_CHAR: {
    message: 'something is not closed',
    instead: 'close the quotes, braces or brackets, or add the missing ":" or ","',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'no key and value on this line',
    instead: 'write "key: value", with a space after the colon',
  },
  MULTIPLE_DOCS: { message: 'a second document begins here', instead: 'write it to a file of its own' },
  TAB_AS_INDENT: { message: 'a tab in the indentation', instead: 'indent with spaces' },
  TAG_RESOLVE_FAILED: { message: 'an unknown tag', instead: 'leave the "!" out, or put the text in quotes' },
}

/** Errors after which the rest of the file can still be understood. */
export const isHarmless = (error: YAMLError): boolean =>
  error.code === 'DUPLICATE_KEY' || error.code === 'MULTIPLE_DOCS'

/** `text` is the file: what stands at the error decides some wordings. */
export function describeYamlError(error: YAMLError, text: string): { message: string; instead: string } {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^[\w-]+/.exec(text.slice(error.pos[0]))?.[0]
    return {
      message: key ? `the key "${key}" is written twice` : 'a key is written twice',
      instead: 'keep one of them',
    }
  }
  if (error.code === 'UNEXPECTED_TOKEN' && text.slice(error.pos[0] - 1, error.pos[0] + 1) === '${') {
    return { message: 'a variable within braces or brackets needs quotes', instead: 'put it in double quotes' }
  }
  if (error.code === 'BAD_INDENT' && error.message.startsWith('Flow'))
    return { message: 'a brace or bracket before this is not closed', instead: 'close it' }
  // What follows a colon may quote the file, which may hold what should not be printed.
  const own = error.message.split(/[:;\n]/)[0] ?? ''
  return (
    wordings[error.code] ?? {
      message: `not valid YAML: ${own.charAt(0).toLowerCase()}${own.slice(1)}`,
      instead: 'correct the punctuation or put the text in quotes',
    }
  )
}
