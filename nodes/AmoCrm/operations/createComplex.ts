import type { IDataObject } from 'n8n-workflow';

import { company } from '../entities/company';
import { contact } from '../entities/contact';
import type { Entity } from '../entities/types';
import { customFieldsProperty } from '../fields/mapper';
import type { Verb } from '../transport/types';
import { memberProperties } from './members';
import { createProperties } from './newRecord';
import { optionsProperty } from './parameters';
import type { Operation } from './types';
import { writeRecords } from './write';

/** What goes along with the lead: each an existing one, or the fields of a new one. */
const MEMBERS = [contact, company];

/** `POST /leads/complex` takes 50 leads, each with 40 custom fields per entity (core facts 3.8). */
const COMPLEX: Verb = { method: 'POST', path: '/complex', sends: 'rows', answers: (body) => (Array.isArray(body) ? body.flatMap(answersByRequest) : []), atMost: 50 };
const MOST_FIELDS = 40;

/** Creates a lead together with its contact and company, in one request for up to 50 items (core facts 5.5). */
export function createComplex(lead: Entity): Operation {
	// Their place is taken by the members.
	const taken = MEMBERS.map(({ collection: kind }) => `_embedded.${kind}`);
	const entity = { ...lead, fields: lead.fields.filter(({ key }) => !taken.includes(key)) };
	return {
		value: 'createComplex',
		name: 'Create with Contact and Company',
		action: 'Create a lead with its contact and company',
		description: 'Create a lead with its contact and company in one go; duplicate control may merge it into a known lead',
		properties: [...createProperties(entity), customFieldsProperty, ...MEMBERS.flatMap(memberProperties), optionsProperty([], 'rows')],
		writes: true,
		execute: async (run) => await writeRecords(run, { entity, mode: 'create', verb: COMPLEX, members: MEMBERS, mostFields: MOST_FIELDS }),
	};
}

/** Leads that duplicate control put together have one answer with the `request_id` of each (core facts 5.5). */
function answersByRequest(answer: IDataObject | null): IDataObject[] {
	const ids = [answer?.request_id ?? []].flat() as string[];
	return ids.length > 0 ? ids.map((id) => ({ ...answer, request_id: id })) : [answer ?? {}];
}
