// Of MovieLens 1M, and how many of its users the load is for.
export const USERS = 6040;
export const ITEMS = 3416;
export const ACTIVE = 1000;
