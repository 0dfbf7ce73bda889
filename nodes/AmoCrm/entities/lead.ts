import { contactIds, contactList, mainContact, moment, money, picked, pickedPipeline, pickOne, recordName, stage } from '../fields/fields';
import { momentRange, moneyRange, pickedIdsFilter, stagesFilter } from '../fields/filters';
import { LOSS_REASONS, PIPELINES } from '../fields/sources';
import { LEAD } from '../fields/targets';
import { company } from './company';
import { contact } from './contact';
import { card, companyField, customFieldFields, recordFilters, responsibleUserField, stampFields, tagFields } from './shared';
import { amountOf, joined } from './labels';
import { entity } from './types';

/** Leads. Source: core facts 5. */
export const lead = entity({
	value: 'lead',
	displayName: 'Lead',
	...card('leads'),
	picker: { search: 'server', names: 'stage', label: (row, stageOf) => joined(row.name || `Lead ${String(row.id)}`, amountOf(row.price), stageOf(row)) },
	fields: [
		{ name: 'name', kind: recordName, topLevel: true, placeholder: 'e.g. Website redesign', description: 'Name of the lead as it stands on its card' },
		{ name: 'price', kind: money, usual: true, placeholder: 'e.g. 15000', description: "Sale value in the account's currency" },
		{ name: 'pipelineId', displayName: 'Pipeline', kind: pickedPipeline, usual: true, description: 'The pipeline to put the lead into' },
		{ name: 'statusId', displayName: 'Stage', kind: stage, usual: true, description: 'The stage to put the lead into, which brings its pipeline along' },
		responsibleUserField,
		{ name: 'lossReasonId', displayName: 'Loss Reason Name or ID', kind: picked(LOSS_REASONS), description: pickOne('Why the lead was lost') },
		{ name: 'closedAt', kind: moment, description: "When the lead was closed. A date without an offset is in the workflow's time zone." },
		...stampFields,
		...tagFields('lead'),
		{ name: 'contactId', key: '_embedded.contacts', displayName: 'Main Contact', kind: mainContact, former: true, description: 'The contact to link as the main one of the lead' },
		{ name: 'contacts', key: '_embedded.contacts', kind: contactList, usual: true, description: 'Contacts to link. On create the first one becomes the main contact, unless one is marked.' },
		{
			name: 'contactIds',
			key: '_embedded.contacts',
			displayName: 'Contacts From Data',
			kind: contactIds,
			former: true,
			placeholder: 'e.g. {{ $json.contactIds }}',
			description: 'Contacts to link, for an expression: IDs or links of cards as a list, or separated by commas',
		},
		companyField('embedded'),
		...customFieldFields,
	],
	filters: [
		...recordFilters(LEAD, 'Leads', 'Website redesign'),
		stagesFilter('statuses', 'shown', { name: 'statusIds', displayName: 'Stage Names or IDs', description: 'Return only leads in these stages' }),
		pickedIdsFilter('pipeline_id', PIPELINES, { name: 'pipelineIds', displayName: 'Pipeline Names or IDs', description: 'Return only leads of these pipelines' }),
		...moneyRange('price', 'price', 'Price'),
		...momentRange('closed_at', 'closedAt', 'Closed', 'leads that were closed'),
	],
	sortKeys: { created_at: 'Created At', id: 'ID', updated_at: 'Updated At' },
	withOptions: {
		contacts: 'Contacts', loss_reason: 'Loss Reason', is_price_modified_by_robot: 'Price Modified by Robot', catalog_elements: 'Products',
		source: 'Source', source_id: 'Source ID',
	},
	expands: [company, contact],
	linkTargets: ['catalog_elements', 'companies', 'contacts'],
});
