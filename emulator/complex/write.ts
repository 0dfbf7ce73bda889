import { checkEntity } from '../entities/check';
import type { EntityInput } from '../entities/schemas';
import { createEntity, updateEntity } from '../entities/write';
import type { Caller } from '../http/caller';
import { notSupportedChoice, type FieldError } from '../http/problems';
import { addUnsorted } from '../unsorted/write';
import type { World } from '../world';
import type { z } from 'zod';
import type { COMPLEX_LEAD } from './schemas';
import { findDuplicate } from './duplicates';

/** Writes a lead with its contact and company. facts: core 5.5 */

type ComplexLead = z.infer<typeof COMPLEX_LEAD>;

const MAX_FIELD_VALUES = 40;

export function checkComplexLead(world: World, { lead, contact, company }: ComplexLead): FieldError[] {
	return [
		...checkEntity(world, 'leads', lead),
		...checkMember(world, 'contacts', contact),
		...checkMember(world, 'companies', company),
		...[lead, contact, company].flatMap((input) => tooManyFields(input)),
	];
}

function checkMember(world: World, type: 'contacts' | 'companies', input: EntityInput | undefined): FieldError[] {
	if (!input) return [];
	const prefix = `_embedded.${type}.0.`;
	if (input.id === undefined) return checkEntity(world, type, input, undefined, prefix);
	const row = world.account.entities(type).get(input.id);
	return row && !row.is_deleted ? [] : [notSupportedChoice(`${prefix}id`)];
}

const tooManyFields = (input: EntityInput | undefined): FieldError[] =>
	(input?.custom_fields_values?.length ?? 0) > MAX_FIELD_VALUES
		? [{ code: 'TooMany', path: 'custom_fields_values', detail: `This collection should contain ${MAX_FIELD_VALUES} elements or less.` }]
		: [];

export function addComplexLead(world: World, caller: Caller, data: ComplexLead, requestId: string) {
	const duplicate = world.switches.duplicateControl ? findDuplicate(world, data.lead, data.contact) : undefined;
	if (duplicate) {
		updateEntity(world, caller, 'leads', duplicate.lead, data.lead);
		return answer(duplicate.lead.id, duplicate.contactId, null, requestId, true);
	}
	if (data.metadata) {
		const { category = 'forms', ...metadata } = data.metadata;
		const row = addUnsorted(world, caller, {
			category: category ?? 'forms',
			source_uid: String(data.source?.external_id ?? ''),
			source_name: data.source?.name ?? '',
			pipeline_id: data.lead.pipeline_id,
			metadata,
			lead: data.lead,
			contact: data.contact,
			company: data.company,
		});
		return answer(row.lead_id ?? 0, row.contact_id, row.company_id, requestId, false);
	}
	const contact = member(world, caller, 'contacts', data.contact);
	const company = member(world, caller, 'companies', data.company);
	const lead = createEntity(world, caller, 'leads', {
		...data.lead,
		_embedded: {
			...data.lead._embedded,
			...(contact === null ? {} : { contacts: [{ id: contact, is_main: true }] }),
			...(company === null ? {} : { companies: [{ id: company }] }),
		},
	});
	// A new contact and a new company belong together.
	if (contact !== null && company !== null && data.contact?.id === undefined) {
		world.account.links.put({ from: { type: 'contacts', id: contact }, to: { type: 'companies', id: company }, isMain: false });
	}
	return answer(lead.id, contact, company, requestId, false);
}

function member(world: World, caller: Caller, type: 'contacts' | 'companies', input: EntityInput | undefined): number | null {
	if (!input) return null;
	return input.id ?? createEntity(world, caller, type, input).id;
}

const answer = (id: number, contact_id: number | null, company_id: number | null, requestId: string, merged: boolean) => ({
	id,
	contact_id,
	company_id,
	request_id: [requestId],
	merged,
});
