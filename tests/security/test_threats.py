"""The list: what an attacker may try, and the tests that show what becomes of it. docs/security.md says why.

Names of tests, wherever they are: whoever renames or removes one finds out here what nothing shows any more.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

THREATS: Mapping[str, Mapping[str, str]] = {
    "who reaches the port": {
        "connections that are slow or never end": """
            a_head_that_does_not_come_to_its_end_ends_the_connection one_line_now_and_then_holds_no_connection
            a_body_that_trickles_in_holds_no_connection who_never_takes_the_answer_holds_no_connection
            a_body_that_trickles_in_is_given_up""",
        "large heads and bodies, one or many": """
            large_heads_are_refused headers_without_an_end_are_refused a_url_without_an_end_is_refused
            a_body_of_26_mb_is_refused_however_it_comes all_bodies_together_have_a_cap
            a_body_over_the_cap_without_a_length_is_read_no_further
            endless_headers_are_refused_before_anybody_is_known""",
        "requests that two servers read in two ways": """
            what_two_servers_could_read_in_two_ways_is_refused a_header_that_is_sent_twice_is_refused""",
        "packed bodies": "a_packed_body_is_not_unpacked",
        "another protocol on the same connection": "a_connection_cannot_become_another_protocol",
        "filling the log": "who_breaks_off_fills_no_log no_word_begins_a_line_of_its_own_in_the_log",
        "learning from answers": """
            answers_repeat_nothing_of_what_was_sent health_tells_nothing_about_anybody
            methods_that_no_route_has_are_refused""",
        "the name of the host": "nobody_is_led_to_the_host_that_a_request_names",
    },
    "deliveries": {
        "missing, wrong and old signatures": """
            a_wrong_signature_is_refused_before_anything_is_read
            the_comparison_takes_the_same_time_for_every_wrong_digest both_secrets_count_while_one_follows_the_other
            both_secrets_count_during_a_rotation""",
        "the same delivery again": """
            the_same_delivery_twice_is_known the_same_delivery_twice_is_judged_once the_same_delivery_twice_is_one
            one_id_twice_at_the_same_time_is_taken_once a_redelivery_is_taken_when_the_work_has_failed""",
        "an old delivery under a new id": """
            an_old_end_does_not_end_what_was_opened_again an_old_head_gets_no_newer_verdict
            what_once_was_taken_away_is_judged_when_it_is_heard_of_again
            events_out_of_order_end_with_the_newest_head an_older_event_never_replaces_a_newer_head
            a_late_event_closes_nothing_that_is_open_again
            a_command_is_carried_out_once_however_often_it_is_delivered""",
        "of another App, of no installation or repository": """
            a_delivery_for_another_app_is_refused an_event_says_which_installation_and_repository_it_is_about""",
        "our own bot": "our_own_words_are_no_commands other_comments_are_not what_needs_no_work_is_acknowledged",
        "hostile JSON": """
            hostile_json_is_refused_or_ignored_and_never_an_error_of_ours
            a_payload_that_cannot_be_understood_is_refused of_a_large_delivery_only_what_is_needed_is_kept""",
        "unknown events and actions": "an_action_that_is_not_known_is_left_alone_whatever_it_has",
        "floods": """
            the_burst_of_one_installation_does_not_hold_up_another
            many_events_become_few_runs_and_the_newest_head_is_the_last
            a_subject_that_kills_its_workers_comes_to_an_end""",
        "nothing acknowledged that is not stored": """
            what_cannot_be_stored_is_not_acknowledged what_the_database_does_not_take_now_is_to_be_delivered_again""",
    },
    "who decides": {
        "a change that brings its own policy, waiver or facts": """
            a_change_of_the_policy_is_judged_by_the_old_one_and_told_so
            a_policy_that_the_branch_brings_first_counts_after_the_merge a_change_does_not_bring_its_own_facts
            a_file_that_the_change_itself_edits_does_not_count a_link_to_the_policy_is_no_way_around
            a_pull_request_is_judged_by_the_policy_that_it_changes_not_by_its_own""",
        "a policy that is not valid": """
            an_invalid_policy_fails_closed_with_its_line without_any_valid_version_nothing_passes
            while_the_newest_is_not_valid_the_last_valid_one_judges_and_says_so""",
        "another head in the meantime": """
            a_force_push_during_the_evaluation a_force_push_while_the_old_verdict_is_being_posted
            what_was_posted_under_a_lost_claim_is_looked_up_and_judged_again
            a_group_is_blocked_by_what_blocks_a_pull_request""",
        "forks, and forks that are gone": """
            a_fork_and_a_fork_that_is_gone the_head_of_a_fork_is_read_through_the_repository_it_wants_to_change
            a_fork""",
        "commands of people who may not": """
            who_may_not_ask_is_told_so the_policy_says_who_may_ask_and_whether_anybody_is_heard
            nobody_is_heard_who_does_not_speak_now what_is_quoted_shown_or_hidden_is_not""",
        "floods of commands": """
            a_person_is_heard_so_often_and_told_once reading_a_comment_takes_linear_time no_comment_is_too_much""",
        "somebody else's comment with our marker": "somebody_elses_marker_is_not_adopted",
        "two workers with one pull request": """
            one_subject_is_never_in_two_hands a_worker_that_lost_its_claim_while_posting_does_not_have_the_last_word
            a_worker_that_slept_through_its_lease_publishes_nothing a_stranger_to_the_fence_changes_nothing""",
        "what ends with a day": """
            the_finding_returns_at_midnight_after_the_last_day it_never_holds_after_its_last_day""",
        "facts that nobody has": """
            an_outage_that_does_not_end_is_said a_lock_file_whose_alias_fails_alone_does_not_vanish
            a_tree_that_github_cuts_off_is_said what_could_not_be_read_is_not_gone""",
        "a verdict before anybody could know": "a_comparison_that_is_not_there_says_what_to_do",
    },
    "files of a change": {
        "large, many, deep": """
            a_lock_file_of_50_mb_is_a_finding_and_the_service_stays_awake
            3000_files_are_all_seen_and_one_more_says_that_it_is_not 260_commits_are_all_judged
            no_format_raises_on_a_hundred_thousand_of_anything a_commit_message_of_1_mb
            a_parser_that_dies_takes_only_its_file_with_it a_large_lock_file_is_read_by_blob""",
        "YAML": "aliases_that_multiply_are_refused a_tag_makes_no_object a_hostile_file_is_refused_with_its_place",
        "JSON and TOML": "what_cannot_be_read_blocks_here_and_there hostile_texts_cost_little hostile_files",
        "XML": "xml_that_is_refused xml_with_a_document_type_is_refused",
        "archives and packed answers": """
            an_archive_that_grows_too_much_is_given_up what_is_packed_takes_no_more_room_than_was_agreed
            nothing_is_unpacked_beyond_its_bounds an_answer_is_read_no_further_than_answers_are
            an_answer_without_end_is_not_read""",
        "patterns that take for ever": """
            a_pattern_on_a_long_text_ends stars_that_would_take_a_backtracking_matcher_for_ever
            cutting_secrets_out_takes_linear_time hostile_statements_are_read_in_linear_time_and_never_allowed
            hostile_hashes_take_no_quadratic_time""",
        "encodings": """
            byte_order_marks_are_understood what_is_not_text_is_a_problem_with_its_line
            any_bytes_load_or_are_a_policy_error""",
        "links, submodules and paths": """
            odd_entries_in_place_of_a_lock_file a_link_that_is_named_like_a_lock_file_is_not_followed
            a_link_out_of_the_tree_is_not_followed no_annotation_outside_the_repository
            a_link_in_the_checkout_leads_no_report_elsewhere""",
        "licenses": """
            no_text_crashes_and_no_junk_is_allowed hostile_text_is_refused_at_once
            look_alike_letters_are_not_letters""",
        "nothing of it runs": "nothing_that_the_checkout_plants_is_run the_installation_ran_nothing_of_the_checkout",
    },
    "words": {
        "Markdown and HTML in comments and check runs": """
            a_hostile_name_is_inert_wherever_it_is_shown hostile_names_are_inert any_name_is_inert
            only_plain_web_addresses_become_links a_table_keeps_its_columns commands_stay_in_their_block""",
        "pages": """
            nothing_foreign_becomes_html hostile_names_do_nothing pages_tell_the_browser_what_they_may_do
            only_plain_addresses_become_links no_parameter_breaks_a_route_or_its_answer""",
        "workflow commands and outputs": """
            no_name_gives_a_command properties_are_escaped a_file_name_cannot_forge_an_output
            no_value_of_an_input_runs_or_speaks scripts_have_a_shell_and_no_expression""",
        "terminals": "nothing_steers_the_terminal_or_the_runner names_from_outside_steer_no_terminal",
        "shells": "hostile_names_are_words_for_the_shell commands_that_hide_something_are_not_offered",
        "spreadsheets": "a_spreadsheet_takes_nothing_for_a_formula",
        "SARIF and SBOMs": "hostile_names_in_sarif no_name_breaks_out_of_its_line",
        "SQL": """
            what_people_write_is_kept_as_they_wrote_it names_of_any_kind_are_kept hostile_file_names_stop_nothing""",
    },
    "addresses": {
        "in lock files, SBOMs, policies, comments and payloads": """
            nothing_that_a_pull_request_names_is_asked_for addresses_in_a_signed_payload_are_not_asked_for
            a_listener_hears_who_asks nothing_of_a_checkout_is_read""",
        "servers that the settings name": """
            an_address_without_encryption_or_with_a_trick_stops_the_start plain_http_is_for_no_other
            targets_of_what_we_send_come_from_settings_alone""",
        "redirects": """
            a_key_follows_no_redirect nothing_is_sent_to_another_place a_redirect_to_elsewhere_is_not_followed
            a_redirect_to_another_host_is_refused""",
        "names that become paths": """
            what_a_server_says_leads_to_no_other_path no_name_in_a_request_leads_elsewhere
            no_package_leads_out_of_a_source a_path_that_leads_elsewhere_is_not_asked_for
            an_escaped_name_is_one_segment""",
        "names of internal packages": """
            the_name_of_a_private_package_is_in_no_request the_public_registry_is_not_told_about_private_packages""",
        "links to our pages": "check_runs_and_the_comment_lead_to_the_page_of_their_head",
    },
    "secrets": {
        "in logs, answers, comments, check runs and the database": """
            nothing_that_is_written_or_answered_has_a_secret no_secret_is_shown_or_logged
            an_echoed_token_is_in_no_message a_database_that_is_not_there_is_told_of_without_its_password
            tokens_of_any_length private_keys_whatever_became_of_their_lines secrets_are_in_no_reason_and_no_repr
            credentials_block_and_are_shown_nowhere no_name_of_a_setting_is_without_a_decision""",
        "tokens of GitHub": """
            no_token_allows_more_than_its_job_needs a_token_is_asked_for_once_and_for_no_more_than_the_work_needs
            the_central_policy_is_read_by_a_token_that_can_publish_nothing
            a_token_is_used_for_fifty_minutes_and_then_replaced what_an_installation_allowed_is_forgotten_with_it
            expired_tokens_are_replaced_once""",
        "the App's key": """
            the_app_signs_in_from_a_minute_ago_for_less_than_ten two_keys_of_a_file_and_the_newer_one_later
            a_key_that_is_none_names_its_setting_and_is_not_shown a_setting_may_stand_in_a_file""",
        "what set-up receives": """
            credentials_are_files_that_nobody_else_reads_and_in_nothing_else
            a_state_is_for_one_browser_and_a_code_for_one_hour a_second_visitor_finds_it_closed
            no_step_of_the_set_up_goes_without_its_token the_app_has_what_was_chosen_and_nothing_more""",
    },
    "people and programs": {
        "routes without a guard": """
            every_route_is_in_the_table with_two_listeners_the_webhook_is_alone_on_the_outer_one""",
        "the API": """
            no_route_of_the_api_answers_without_its_token without_a_token_in_the_settings_there_is_no_api
            a_route_answers_the_tokens_with_its_scope_alone a_token_ends_with_its_last_day
            beyond_what_is_answered_at_once_callers_come_again""",
        "repositories of others": """
            a_private_repository_looks_like_none without_signing_in_what_is_hidden_looks_like_what_is_not_there
            people_see_what_they_may_see_at_github a_right_belongs_to_one_person a_right_holds_for_five_minutes
            while_github_cannot_tell_nothing_is_shown a_repository_that_is_gone_shows_nothing""",
        "signing in": """
            a_state_counts_once a_state_counts_in_its_own_browser_only a_wrong_state_is_refused
            a_code_without_its_verifier_is_worth_nothing an_attempt_ends_after_ten_minutes
            a_session_ends_after_eight_hours who_comes_back_too_often_waits signing_out_ends_the_token_at_github""",
        "cookies": """
            over_https_a_cookie_is_for_this_host_and_no_script a_cookie_that_was_changed_is_nobodys
            only_who_has_the_secret_reads_them one_cookie_is_not_another
            behind_a_proxy_that_speaks_https_the_set_up_is_for_https_too""",
        "forms of other sites": "a_form_that_no_page_of_the_session_made_does_nothing",
        "leading people elsewhere": "nobody_is_led_to_another_place",
        "paths out of what there is": "no_path_leads_out_of_what_there_is",
        "private words on public pages": """
            a_public_page_names_nobody_who_approved_and_links_no_other_repository
            nothing_private_on_a_public_repository on_a_public_repository_the_reason_is_not_repeated""",
        "what is kept for how long": "the_sweep_keeps_history_the_newest_report_and_what_is_recent",
    },
    "GitHub's limits": {
        "primary and secondary limits": """
            what_github_says_counts_in_its_order an_unnamed_limit_doubles_until_an_answer_comes
            a_limit_waits_in_the_queue_and_is_published_then
            while_verdicts_wait_comments_get_no_more_than_what_is_left_over""",
        "faults": "half_an_answer_is_tried_again an_error_on_the_mutation_and_then_on_every_other_way",
    },
    "our own supply chain": {
        "actions, images and dependencies": """
            what_is_used_is_pinned_by_commit_and_says_which_version locked_requirements_have_hashes_and_no_address
            both_stages_stand_on_the_same_pinned_base downloads_have_hashes_and_the_program_has_none
            the_backend_that_is_locked_is_the_one_that_builds""",
        "the image and where it runs": """
            it_runs_as_nobody_in_particular no_secret_and_no_address_is_part_of_it every_container_is_closed
            secrets_are_files the_internet_reaches_the_webhook_alone secrets_are_files_that_nobody_commits""",
        "the Action": """
            the_token_reaches_the_judgment_and_not_the_installation variables_that_steer_python_are_unset
            pull_request_target_is_told_to_be_pull_request""",
    },
}  # fmt: skip


def written() -> Iterator[str]:
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name.removeprefix("test_")


@pytest.fixture(scope="module")
def known() -> set[str]:
    return set(written())


@pytest.mark.parametrize("where", THREATS)
def test_what_is_on_the_list_is_tested(known: set[str], where: str) -> None:
    for threat, names in THREATS[where].items():
        assert names.split(), threat
        assert not set(names.split()) - known, f"{where}, {threat}: no such tests"
