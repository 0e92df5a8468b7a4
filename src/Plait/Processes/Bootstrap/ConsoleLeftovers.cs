namespace Plait.Processes.Bootstrap;

/// <summary>The console's reader and writers, made anew once and put back whenever a task has replaced one.</summary>
internal sealed class ConsoleLeftovers
{
    private TextWriter _output;
    private TextWriter _error;
    private TextReader _input;
    private bool _isFirst = true;

    public ConsoleLeftovers()
    {
        _output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        _error = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
        _input = TextReader.Synchronized(new StreamReader(Console.OpenStandardInput()));
    }

    /// <summary>True when something had been replaced. The first time nobody can tell, so everything is set and nothing reported.</summary>
    public bool Reset()
    {
        bool isChanged = !ReferenceEquals(Console.Out, _output) || !ReferenceEquals(Console.Error, _error) || !ReferenceEquals(Console.In, _input);
        if (isChanged)
        {
            Console.SetOut(_output);
            Console.SetError(_error);
            Console.SetIn(_input);

            // Console wraps what it is given where that does not lock in its own way: what it gives out is what to compare with.
            (_output, _error, _input) = (Console.Out, Console.Error, Console.In);
        }

        bool isKnown = !_isFirst;
        _isFirst = false;
        return isChanged && isKnown;
    }
}
