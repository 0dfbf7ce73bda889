/** From this version on, nodes show rows and map fields in another way: what was saved before goes on as it did. */
const NEW_WAYS = 2;

export const isVersion1 = ({ typeVersion }: { typeVersion?: number }): boolean => (typeVersion ?? NEW_WAYS) < NEW_WAYS;
