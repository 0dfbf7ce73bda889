import type { EntityInput } from '../entities/schemas';
import { isRecord, scalar } from '../http/query';
import { LOST, WON } from '../store/account';
import type { CustomFieldRow, EntityRow, LeadRow } from '../store/rows';
import { fieldFinder, type World } from '../world';

/** Duplicate control: an open lead with the same values, its own or of its main contact. facts: core 5.5 */

const MAX_DUPLICATES = 3;

interface Duplicate {
	lead: LeadRow;
	contactId: number | null;
}

/** The contact's phone and email, and what the switch names besides. */
function comparedFields({ account, switches }: World): CustomFieldRow[] {
	const contact = fieldFinder(account, 'contacts');
	const own = ['PHONE', 'EMAIL'].flatMap((code) => contact.byCode(code) ?? []);
	const names = switches.duplicateFields.split(',').map((name) => name.trim()).filter(Boolean);
	return [...own, ...[contact, fieldFinder(account, 'leads')].flatMap((finder) => names.flatMap((name) => finder.byId(Number(name)) ?? finder.byCode(name) ?? []))];
}

/** Phones compare by their last ten digits, texts without case. */
function keyOf({ id, code }: CustomFieldRow, value: unknown): string[] {
	const text = (scalar(value) ?? '').trim().toLowerCase();
	const compared = code === 'PHONE' ? text.replace(/\D/g, '').slice(-10) : text;
	return compared === '' ? [] : [`${id}:${compared}`];
}

function keysOfInput(fields: CustomFieldRow[], owner: 'leads' | 'contacts', input: EntityInput | undefined): string[] {
	return (input?.custom_fields_values ?? []).filter(isRecord).flatMap((entry) => {
		const field = fields.find((own) => own.owner === owner && (entry.field_id === undefined ? own.code === entry.field_code : own.id === entry.field_id));
		const values = Array.isArray(entry.values) ? entry.values.filter(isRecord) : [];
		return field ? values.flatMap(({ value }) => keyOf(field, value)) : [];
	});
}

function keysOfRow(fields: CustomFieldRow[], row: EntityRow | undefined): string[] {
	return (row?.custom_fields_values ?? []).flatMap(({ field_id, values }) => {
		const field = fields.find(({ id }) => id === field_id);
		return field ? values.flatMap(({ value }) => keyOf(field, value)) : [];
	});
}

/** A contact that is named by its id is no duplicate of anybody; more than three duplicates count as none. */
export function findDuplicate(world: World, lead: EntityInput, contact: EntityInput | undefined): Duplicate | undefined {
	const { account } = world;
	const fields = comparedFields(world);
	const wanted = new Set([...keysOfInput(fields, 'leads', lead), ...(contact?.id === undefined ? keysOfInput(fields, 'contacts', contact) : [])]);
	if (wanted.size === 0) return undefined;
	const found: Duplicate[] = [];
	for (const row of account.leads.values()) {
		if (row.is_deleted || row.status_id === WON || row.status_id === LOST) continue;
		const main = account.links.of({ type: 'leads', id: row.id }, 'contacts').find(({ isMain }) => isMain);
		const person = account.contacts.get(main?.to.id ?? 0);
		const keys = [...keysOfRow(fields, row), ...(person?.is_deleted ? [] : keysOfRow(fields, person))];
		if (keys.some((key) => wanted.has(key))) found.push({ lead: row, contactId: person?.id ?? null });
	}
	return found.length > MAX_DUPLICATES ? undefined : found[0];
}
