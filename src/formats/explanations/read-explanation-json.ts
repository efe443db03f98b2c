import type { Study } from '#/domain/study';
import { looksLikeAssessmentData, readAssessmentData } from '#/formats/explanations/assessment-data';
import { buildStudy } from '#/formats/explanations/build-study';
import { looksLikeDashboardProps, readDashboardProps } from '#/formats/explanations/dashboard-props';
import { looksLikeWidgetPayload, readWidgetPayload } from '#/formats/explanations/widget-payload';

/**
 * @param attempt - receives what the JSON was recognised as, also when reading it then fails
 * @returns null when it is none of the explanations in one JSON file
 * @throws LimpidError with the JSON path
 */
export function readExplanationJson(json: unknown, file: string, attempt: { recognisedAs: string }): Study | null {
  if (looksLikeDashboardProps(json)) {
    attempt.recognisedAs = 'explanation dashboard (JSON)';
    return buildStudy(readDashboardProps(json, file));
  }
  if (looksLikeWidgetPayload(json)) {
    attempt.recognisedAs = 'explanation dashboard (widget data)';
    return buildStudy(readWidgetPayload(json, file));
  }
  if (looksLikeAssessmentData(json)) {
    attempt.recognisedAs = 'responsible-AI dashboard (JSON)';
    return buildStudy(readAssessmentData(json, file));
  }
  return null;
}
