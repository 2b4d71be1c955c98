import type { Completable, CompletedCommand } from './completed-command.ts'
import { nameOfScenario, single } from './completion-words.ts'

/** Runs in bash 3.2, as macOS has it, and in every later one. */
export const bashCompletion = (
  commands: readonly CompletedCommand[],
): string => `# bash completion of hopwatch; made by: hopwatch completion bash

_hopwatch_scenarios() {
  local path=\${HOPWATCH_SCENARIOS:-scenarios} place word
  for ((place = 1; place < COMP_CWORD; place++)); do
    [[ \${COMP_WORDS[place]} == --scenarios ]] || continue
    word=\${COMP_WORDS[place + 1]}
    [[ $word == = ]] && word=\${COMP_WORDS[place + 2]}
    path=\${word/#\\~/$HOME}
  done
  local -a files=("$path")
  [[ -d $path ]] && files=("$path"/*.yaml "$path"/*.yml)
  sed -n '${nameOfScenario}' "\${files[@]}" 2>/dev/null
}

_hopwatch() {
  local IFS=$'\\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=serve
  COMPREPLY=()
  # bash takes --format=json for three words.
  [[ $current == = ]] && current=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  if [[ \${COMP_WORDS[1]} != -* ]]; then
    command=\${COMP_WORDS[1]}
    if ((COMP_CWORD == 1)); then
      COMPREPLY=($(compgen -W ${words(['help', ...commands.map(({ name }) => name)])} -- "$current"))
      return
    fi
  fi
  case "$command $previous" in
${commands.flatMap((command) => command.options.flatMap(({ flag, value }) => (value ? [`    ${single(`${command.name} ${flag}`)}) ${completing(value)}; return ;;`] : []))).join('\n')}
  esac
  case "$command" in
${commands.map(ofCommand).join('\n')}
  esac
}

complete -F _hopwatch hopwatch
`

const words = (list: readonly string[]): string => `$'${list.join(String.raw`\n`)}'`

function ofCommand({ name, options, argument }: CompletedCommand): string {
  const flags = `COMPREPLY=($(compgen -W ${words(options.map(({ flag }) => flag))} -- "$current"))`
  if (argument === undefined) return `    ${name}) ${flags} ;;`
  return `    ${name}) if [[ $current == -* ]]; then ${flags}; else ${completing(argument)}; fi ;;`
}

function completing(value: Completable): string {
  switch (value.kind) {
    case 'words':
      return `COMPREPLY=($(compgen -W ${words(value.words)} -- "$current"))`
    case 'scenarios':
      return 'COMPREPLY=($(compgen -W "$(_hopwatch_scenarios)" -- "$current"))'
    case 'files':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current"))'
    case 'none':
      return ':'
  }
}
