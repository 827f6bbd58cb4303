/** How a fact about a platform is known. */
export type Provenance = 'documented' | 'observed' | 'assumed'
