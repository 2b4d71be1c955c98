import type { Completable, CompletedCommand } from './completed-command.ts'
import { nameOfScenario, single } from './completion-words.ts'

/** Either sourced, or put as `_hopwatch` into a folder of `$fpath`. */
export const zshCompletion = (commands: readonly CompletedCommand[]): string => `#compdef hopwatch
# zsh completion of hopwatch; made by: hopwatch completion zsh

_hopwatch_scenarios() {
  local chosen=\${(Q)\${opt_args[--scenarios]:-\${HOPWATCH_SCENARIOS:-scenarios}}}
  local -a files names
  files=(\${~chosen}/*.(yaml|yml)(N) \${~chosen}(N.))
  names=(\${(f)"$(sed -n '${nameOfScenario}' $files 2>/dev/null </dev/null)"})
  compadd -a names
}

_hopwatch() {
  local -A opt_args
  local command=serve
  if [[ \${words[2]} != -* ]]; then
    if (( CURRENT == 2 )); then
      local -a commands=(
${commands.map(({ name, description }) => `        ${single(`${name}:${description.replaceAll(':', String.raw`\:`)}`)}`).join('\n')}
      )
      _describe command commands
      return
    fi
    command=\${words[2]}
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(ofCommand).join('\n')}
  esac
}

if [[ $funcstack[1] == _hopwatch ]]; then _hopwatch "$@"; else compdef _hopwatch hopwatch; fi
`

function ofCommand({ name, options, argument }: CompletedCommand): string {
  const specs = [
    ...options.map(({ flag, description, value }) =>
      single(
        `${flag}${value ? '=' : ''}[${plain(description)}]${value ? `:${plain(value.name)}:${completing(value)}` : ''}`,
      ),
    ),
    ...(argument ? [single(`*:${plain(argument.name)}:${completing(argument)}`)] : []),
  ]
  return `    ${name})\n      _arguments -S \\\n        ${specs.join(' \\\n        ')}\n      ;;`
}

/** In a specification of _arguments these signs divide its parts. */
const plain = (text: string): string => text.replaceAll(/[\\[\]:]/g, String.raw`\$&`)

function completing(value: Completable): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`
    case 'scenarios':
      return '_hopwatch_scenarios'
    case 'files':
      return '_files'
    case 'none':
      return ' '
  }
}
