import type { EntityInput } from '../entities/schemas';
import { isRecord, scalar } from '../http/query';
import { LOST, WON } from '../store/account';
import type { ContactRow, LeadRow } from '../store/rows';
import { fieldFinder, type World } from '../world';

/** Duplicate control: an open lead whose main contact has the same phone or email. facts: core 5.5 */

const KEYS = ['PHONE', 'EMAIL'] as const;
const MAX_DUPLICATES = 3;

/** Phones compare by their last ten digits, emails without case. */
function normalized(code: string, value: unknown): string {
	const text = (scalar(value) ?? '').trim().toLowerCase();
	return code === 'PHONE' ? text.replace(/\D/g, '').slice(-10) : text;
}

function keysOf(world: World, contact: EntityInput): Set<string> {
	const finder = fieldFinder(world.account, 'contacts');
	const entries = (contact.custom_fields_values ?? []).filter(isRecord);
	const keys = entries.flatMap((entry) => {
		const field = typeof entry.field_id === 'number' ? finder.byId(entry.field_id) : finder.byCode(scalar(entry.field_code) ?? '');
		const code = KEYS.find((key) => key === field?.code);
		const values = Array.isArray(entry.values) ? entry.values.filter(isRecord) : [];
		return code ? values.map(({ value }) => `${code}:${normalized(code, value)}`) : [];
	});
	return new Set(keys);
}

export function findDuplicate(world: World, contact: EntityInput | undefined): { lead: LeadRow; contact: ContactRow } | undefined {
	if (!contact || contact.id !== undefined) return undefined;
	const wanted = keysOf(world, contact);
	if (wanted.size === 0) return undefined;
	const { account } = world;
	const fields = KEYS.flatMap((code) => fieldFinder(account, 'contacts').byCode(code) ?? []);
	const found: { lead: LeadRow; contact: ContactRow }[] = [];
	for (const row of account.contacts.values()) {
		const own = row.custom_fields_values.flatMap(({ field_id, values }) => {
			const code = fields.find(({ id }) => id === field_id)?.code;
			return code ? values.map(({ value }) => `${code}:${normalized(code, value)}`) : [];
		});
		if (row.is_deleted || !own.some((key) => wanted.has(key))) continue;
		for (const { to, isMain } of account.links.of({ type: 'contacts', id: row.id }, 'leads')) {
			const lead = account.leads.get(to.id);
			if (lead && isMain && !lead.is_deleted && lead.status_id !== WON && lead.status_id !== LOST) found.push({ lead, contact: row });
		}
	}
	return found.length > MAX_DUPLICATES ? undefined : found[0];
}
