/**
 * For Fastify: no route here declares a schema, so none is compiled, and the compilers, 10 MB of memory once loaded, are
 * never loaded. A route that declares one all the same fails at start.
 */
export const withoutSchemas = {
  compilersFactory: { buildValidator: refuse, buildSerializer: refuse },
}

function refuse(): never {
  throw new Error(
    'A route declares a schema, and the compilers of schemas are not loaded (src/http/without-schemas.ts).',
  )
}
