import type { ProductAccess } from '../switches';
import type { World } from '../world';
import { forbidden, Problem, unprocessable } from './problems';

/** What an account may lack although its address answers. facts: extended 0, 7.2 */

export const paymentRequired = (detail: string) => new Problem(402, 'Payment Required', detail);

/** Refuses where the switch says that the account has not bought the product, or the token lacks its scope. */
export function requireProduct(access: ProductAccess, name: string): void {
	if (access === 402) throw paymentRequired(`${name} is not available on the current plan`);
	if (access === 403) throw forbidden("Client doesn't have the required scope");
}

/** Customers have to be bought, and switched on. facts: extended 4 */
export function requireCustomers({ account, switches }: World): void {
	requireProduct(switches.customers, 'Customers');
	if (account.info.customers_mode === 'disabled') throw unprocessable('Customers are disabled');
}
