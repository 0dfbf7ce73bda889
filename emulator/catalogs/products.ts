import type { Account } from '../store/account';
import type { CatalogRow } from '../store/moreRows';
import type { World } from '../world';
import { addOwnFields } from './fields';

/** The one list of products, there while they are switched on. facts: extended 3.2 */

export const productsOf = ({ catalogs }: Account): CatalogRow | undefined => [...catalogs.values()].find(({ type }) => type === 'products');

/** Returns the list of products where they are on now. */
export function switchProducts({ account, clock }: World, enable: boolean, by: number): CatalogRow | undefined {
	const existing = productsOf(account);
	if (!enable && existing) account.catalogs.delete(existing.id);
	if (!enable || existing) return enable ? existing : undefined;
	const now = clock.seconds();
	const catalog = account.catalogs.add({
		id: account.catalogs.nextId(),
		name: account.language === 'ru' ? 'Товары' : 'Products',
		sort: 1,
		type: 'products',
		can_add_elements: true,
		can_show_in_cards: true,
		can_link_multiple: true,
		can_be_deleted: false,
		sdk_widget_code: null,
		created_by: by,
		updated_by: by,
		created_at: now,
		updated_at: now,
	});
	addOwnFields(account, catalog);
	return catalog;
}
