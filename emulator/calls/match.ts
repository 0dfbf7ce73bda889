import { LOST, WON } from '../store/account';
import type { EntityType, LeadRow } from '../store/rows';
import { fieldFinder, type World } from '../world';

/** Whose card a call belongs to. facts: extended 7.1 */

export interface CallTarget {
	type: EntityType;
	id: number;
}

const TAIL = 10;

const tailOf = (value: unknown): string => String(value).replace(/\D/g, '').slice(-TAIL);

/** A contact or company with this phone; its only open lead or only customer when there is exactly one. */
export function callTarget(world: World, phone: string | number): CallTarget | undefined {
	const owner = ownerOf(world, tailOf(phone));
	if (!owner) return undefined;
	const { account } = world;
	const of = (type: 'leads' | 'customers') =>
		account.links
			.of(owner as CallTarget & { type: 'contacts' | 'companies' }, type)
			.map(({ to }) => to.id)
			.filter((id) => account.entities(type).get(id)?.is_deleted === false);
	const leads = of('leads').filter((id) => isOpen(account.leads.get(id)));
	const customers = of('customers');
	const [lead] = leads;
	const [customer] = customers;
	if (leads.length === 1 && customers.length === 0 && lead !== undefined) return { type: 'leads', id: lead };
	if (customers.length === 1 && leads.length === 0 && customer !== undefined) return { type: 'customers', id: customer };
	return owner;
}

const isOpen = (lead: LeadRow | undefined): boolean => lead !== undefined && lead.status_id !== WON && lead.status_id !== LOST;

function ownerOf({ account }: World, tail: string): CallTarget | undefined {
	if (tail === '') return undefined;
	for (const type of ['contacts', 'companies'] as const) {
		const field = fieldFinder(account, type).byCode('PHONE')?.id;
		for (const row of account.entities(type).values()) {
			if (row.is_deleted || row.is_unsorted) continue;
			const phones = row.custom_fields_values.find(({ field_id }) => field_id === field)?.values ?? [];
			if (phones.some(({ value }) => tailOf(value) === tail)) return { type, id: row.id };
		}
	}
	return undefined;
}
