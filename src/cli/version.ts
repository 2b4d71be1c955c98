import manifest from '../../package.json' with { type: 'json' }

export const version: string = manifest.version

/** The commit that an image was built from; a working copy has none to tell. */
export const revision: string = process.env.HOPWATCH_REVISION ?? 'unknown'
