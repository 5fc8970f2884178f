// Of MovieLens 1M.
export const USERS = 6040;
export const ITEMS = 3416;
