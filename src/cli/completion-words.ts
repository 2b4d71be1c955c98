/**
 * Picks the names out of scenario files, whose lines are such as `scenario: travel-itinerary   # the name`. Nothing but such names:
 * bash expands the words that it is given to choose from, and would run a command that stands in a file.
 */
export const nameOfScenario = String.raw`s/^scenario:[[:space:]]*["'\'']\{0,1\}\([A-Za-z0-9._-]\{1,\}\).*/\1/p`

/** For a shell, between single quotes. */
export const single = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
