import { commandNames, createProgram, loadCommands } from '../../src/cli/program.ts'

const widthOfHelp = 118

/** docs/commands.md, from what the commands say of themselves. */
export async function commandsPage(): Promise<string> {
  let printed = ''
  const program = createProgram()
    .configureHelp({ helpWidth: widthOfHelp })
    .configureOutput({ writeOut: (text) => (printed += text), getOutHasColors: () => false })
  await loadCommands(program, commandNames, { done: () => {}, stopped: () => new Promise(() => {}) })
  const sections = program.commands.map((command) => {
    printed = ''
    command.outputHelp()
    return `## ${command.name()}\n\n\`\`\`text\n${printed.trimEnd()}\n\`\`\`\n`
  })
  return `${head}\n${sections.join('\n')}`
}

const head = `# Commands

<!-- Made by "npm run docs:commands" from the commands themselves; a test compares. -->

\`hopwatch <command>\`, or \`npm start -- <command>\` in a clone; without a command it is \`serve\`. Every option has an environment variable, which the help
names. A flag beats the environment beats the configuration file beats the default. \`docs/operating.md\` tells signals and exit codes,
\`docs/troubleshooting.md\` goes from a symptom to the command.

Secrets are never options: \`COSMOS_KEY\`, \`COSMOS_KEY_FILE\`, \`COSMOS_CONNECTION_STRING\` (or none of them, for Microsoft Entra), \`HOPWATCH_API_TOKEN\` and
\`HOPWATCH_HOP_TOKEN\` come from the environment.
`
