using Plait.Processes;

// What a program must do where neither the worker program nor a startup hook can run. The tests leave it out, or do it
// in the parent alone, to see what a user who forgot it is told.
string call = Environment.GetEnvironmentVariable("ROW_EXPLICIT_CALL") ?? "";
bool isParent = Environment.GetEnvironmentVariable("ROW_MAINS") is null;
if (call == "yes" || (call == "parent" && isParent))
{
    ChildProcess.RunIfWorker();
}

return Row.Run();
