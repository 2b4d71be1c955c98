/** What an operator asked for is not possible in the account's present state; nothing has changed. */
export class RefusedChange extends Error {}
